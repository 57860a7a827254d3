/** A button of the toolbar that opens a small panel beside it; Escape and a press elsewhere close it. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { IconButton } from "../icon_button";
import type { IconName } from "../icons";

interface PopoverProps {
  readonly id: string;
  readonly icon: IconName;
  readonly name: string;
  readonly children: ComponentChildren;
}

export function Popover({ id, icon, name, children }: PopoverProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const pressed = (event: PointerEvent): void => {
      if (!(event.target instanceof Node && box.current?.contains(event.target))) setOpen(false);
    };
    document.addEventListener("pointerdown", pressed, true);
    return () => document.removeEventListener("pointerdown", pressed, true);
  }, [open]);
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    setOpen(false);
    box.current?.querySelector("button")?.focus();
  };
  return (
    <div ref={box} class="popover" onKeyDown={escape}>
      <IconButton icon={icon} name={name} class="tool" id={id} aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(!open)} />
      {open && <div class="popover-card" role="dialog" aria-label={name}>{children}</div>}
    </div>
  );
}
