/** The card beside a point: it comes when a mouse rests there, and stays when the point is clicked. */

import type { Point } from "../map/view";
import type { RowSource } from "./rows";
import type { Store } from "./store";

/** A mouse that passes over points asks for none of them. */
const HOVER_PAUSE = 70;

export class Cards {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly store: Store,
    private readonly rows: RowSource,
    private readonly locate: (position: number) => Point | null,
  ) {}

  hover(position: number): void {
    const card = this.store.card.peek();
    if (card?.pinned === true) return;
    if (position === (card?.position ?? -1)) return;
    this.show(position, false);
  }

  show(position: number, pinned: boolean): void {
    clearTimeout(this.timer);
    const pixel = position < 0 ? null : this.locate(position);
    if (pixel === null) {
      this.store.card.value = null;
      return;
    }
    const before = this.store.card.peek();
    // A click on a point whose card is already there only pins it.
    const row = before?.position === position ? before.row : null;
    this.store.card.value = { position, pixel, row, pinned };
    if (row !== null) return;
    this.timer = setTimeout(() => void this.fill(position), pinned ? 0 : HOVER_PAUSE);
  }

  /** A pinned card goes with its point; one that only hovers goes away with the point. */
  follow(): void {
    const card = this.store.card.peek();
    const pixel = card === null ? null : this.locate(card.position);
    if (card === null || !pixel || (pixel.x === card.pixel.x && pixel.y === card.pixel.y)) return;
    this.store.card.value = card.pinned ? { ...card, pixel } : null;
  }

  private async fill(position: number): Promise<void> {
    try {
      const row = await this.rows.at(position);
      const card = this.store.card.peek();
      if (card?.position === position) this.store.card.value = { ...card, row };
    } catch (error) {
      const card = this.store.card.peek();
      if (card?.position !== position) return;
      this.store.card.value = { ...card, trouble: error instanceof Error ? error.message : String(error) };
    }
  }
}
