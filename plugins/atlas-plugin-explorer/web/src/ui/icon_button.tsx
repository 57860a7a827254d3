/** A button that shows an icon and no more, with its name for who cannot see it. */

import type { ButtonHTMLAttributes, JSX } from "preact";
import { Icon, type IconName } from "./icons";

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon" | "name" | "class" | "title"> {
  readonly icon: IconName;
  readonly name: string;
  /** What is said where the mouse rests, if it is more than the name. */
  readonly title?: string;
  readonly class?: string;
}

export function IconButton({ icon, name, title = name, class: kind = "bare", ...others }: IconButtonProps): JSX.Element {
  return (
    <button type="button" class={kind} aria-label={name} title={title} {...others}>
      <Icon name={icon} />
    </button>
  );
}
