/** Round numbers and dates for the ends and the middle of a scale. */

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** Return about `count` round values within the limits. */
export function numberTicks(low: number, high: number, count: number): Tick[] {
  if (!(high > low)) return [{ value: low, text: formatNumber(low) }];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  const ticks: Tick[] = [];
  // Adding zero turns -0, which would be written with its sign, into 0.
  const first = Math.ceil(low / step - 1e-9) + 0;
  for (let k = first; k * step <= high + step * 1e-9; k++) {
    ticks.push({ value: k * step, text: formatNumber(k * step) });
  }
  return ticks;
}

const DAY = 86_400_000;

/** Return up to `count` dates, milliseconds UTC, evenly spread and written no finer than needed. */
export function dateTicks(low: number, high: number, count: number): Tick[] {
  if (!(high > low)) return [{ value: low, text: formatDate(low, "day") }];
  const span = high - low;
  const unit = unitOf(span);
  const ticks: Tick[] = [];
  for (let k = 0; k < count; k++) {
    const value = low + (span * k) / (count - 1);
    const text = formatDate(value, unit);
    if (ticks.at(-1)?.text !== text) ticks.push({ value, text });
  }
  return ticks;
}

/** Return how finely dates are written that lie up to `span` milliseconds apart. */
export function unitOf(span: number): DateUnit {
  return span > 900 * DAY ? "year" : span > 60 * DAY ? "month" : span > 2 * DAY ? "day" : "minute";
}

export type DateUnit = "year" | "month" | "day" | "minute";

export function formatDate(milliseconds: number, unit: DateUnit): string {
  const options: Intl.DateTimeFormatOptions = { timeZone: "UTC", year: "numeric" };
  if (unit !== "year") options.month = "short";
  if (unit === "day" || unit === "minute") options.day = "numeric";
  if (unit === "minute") Object.assign(options, { hour: "2-digit", minute: "2-digit", hour12: false });
  return new Intl.DateTimeFormat("en", options).format(milliseconds);
}

export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 10_000) return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(value);
  return new Intl.NumberFormat("en", { maximumSignificantDigits: 4 }).format(value);
}

/** A count, whole, with thousands set apart. */
export function formatCount(value: number): string {
  return new Intl.NumberFormat("en").format(value);
}
