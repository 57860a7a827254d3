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

/** Steps of a calendar, fine to coarse: how many of which unit, and about how long that is. */
const STEPS: readonly { readonly by: number; readonly unit: "minute" | "day" | "month"; readonly length: number }[] = [
  ...[1, 2, 5, 10, 30, 60, 120, 180, 360, 720].map((by) => ({ by, unit: "minute" as const, length: by * 60_000 })),
  ...[1, 2, 5, 10].map((by) => ({ by, unit: "day" as const, length: by * DAY })),
  ...[1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12000].map((by) => ({ by, unit: "month" as const, length: by * 30.44 * DAY })),
];

/** Return up to about `count` dates, milliseconds UTC, at the turns of years, months, days or minutes. */
export function dateTicks(low: number, high: number, count: number): Tick[] {
  const ends = (): Tick[] => (high > low ? [low, high] : [low]).map((value) => ({ value, text: formatDate(value, unitOf(high - low || DAY)) }));
  if (!(high > low)) return ends();
  const step = STEPS.find(({ length }) => (high - low) / length <= count) ?? STEPS[STEPS.length - 1];
  const unit: DateUnit = step.unit === "month" ? (step.by % 12 === 0 ? "year" : "month") : step.unit;
  const ticks: Tick[] = [];
  for (let value = turnAfter(low, step); value <= high; value = turnAfter(value + 1, step)) {
    ticks.push({ value, text: formatDate(value, unit) });
  }
  return ticks.length < 2 ? ends() : ticks;
}

/** The first turn of a step at or after a moment. */
function turnAfter(moment: number, { by, unit }: (typeof STEPS)[number]): number {
  if (unit !== "month") {
    const length = by * (unit === "day" ? DAY : 60_000);
    return Math.ceil(moment / length) * length;
  }
  const date = new Date(moment);
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth();
  const first = Math.floor(month / by) * by;
  const turn = monthStart(first);
  return turn >= moment ? turn : monthStart(first + by);
}

/** The start of a month, counted from the year 0. */
export function monthStart(month: number): number {
  const date = new Date(0);
  // The constructor takes the years 0 to 99 for those of the twentieth century.
  date.setUTCFullYear(Math.floor(month / 12), ((month % 12) + 12) % 12, 1);
  return date.getTime();
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
