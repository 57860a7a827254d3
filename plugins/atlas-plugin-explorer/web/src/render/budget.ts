/** How many points a moving picture may have, learned from how long the last pictures took. */

/** Milliseconds of drawing that still leave a frame time for the rest at 30 frames a second. */
const TARGET = 22;
const SMALLEST = 40_000;

export class Budget {
  private perPoint = 0;
  private fixed = 4;

  /** Learn from a picture of `count` points that took `milliseconds`. */
  learn(count: number, milliseconds: number): void {
    if (count < 1000) {
      this.fixed = Math.min(milliseconds, TARGET / 2);
      return;
    }
    const seen = Math.max(milliseconds - this.fixed, 0.1) / count;
    // Rising costs are believed at once, falling ones slowly: a stutter is worse than a few points fewer.
    this.perPoint = seen > this.perPoint ? seen : this.perPoint * 0.8 + seen * 0.2;
  }

  /** Return how many of `total` points to draw while moving. */
  points(total: number): number {
    if (this.perPoint === 0) return Math.min(total, SMALLEST * 4);
    const affordable = (TARGET - this.fixed) / this.perPoint;
    // Nearly all is drawn as all: a picture that changes when it comes to rest should be worth it.
    if (affordable > total * 0.9) return total;
    return Math.max(Math.floor(affordable), SMALLEST);
  }
}
