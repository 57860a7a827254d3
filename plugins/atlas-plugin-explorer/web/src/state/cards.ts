/** The card beside a point: it comes when a mouse rests there, and goes with it. */

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
    if (position === (this.store.card.peek()?.position ?? -1)) return;
    clearTimeout(this.timer);
    const pixel = position < 0 ? null : this.locate(position);
    if (pixel === null) {
      this.store.card.value = null;
      return;
    }
    this.store.card.value = { position, pixel, row: null };
    this.timer = setTimeout(() => void this.fill(position), HOVER_PAUSE);
  }

  /** Put the card away, as when its point has moved from under the mouse. */
  follow(): void {
    const card = this.store.card.peek();
    const pixel = card === null ? null : this.locate(card.position);
    if (card === null || !pixel || (pixel.x === card.pixel.x && pixel.y === card.pixel.y)) return;
    this.hover(-1);
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
