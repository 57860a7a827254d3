/** Sets of points: one bit a point, in page order, 32 to a word. What lies beyond the last point is always 0. */

export type Bits = Uint32Array;

export function noBits(count: number): Bits {
  return new Uint32Array((count + 31) >> 5);
}

export function allBits(count: number): Bits {
  return trim(noBits(count).fill(0xffffffff), count);
}

/** Read a mask as the server sends it: bit i & 7 of byte i >> 3. */
export function fromBytes(bytes: Uint8Array, count: number): Bits {
  const bits = noBits(count);
  new Uint8Array(bits.buffer).set(bytes.subarray(0, (count + 7) >> 3));
  return trim(bits, count);
}

/** Gather the points for which `test` holds. `test` is called once a point. */
export function where(count: number, test: (point: number) => boolean): Bits {
  const bits = noBits(count);
  for (let word = 0, point = 0; word < bits.length; word++) {
    let gathered = 0;
    const end = Math.min(32, count - point);
    for (let bit = 0; bit < end; bit++, point++) if (test(point)) gathered |= 1 << bit;
    bits[word] = gathered;
  }
  return bits;
}

export function has(bits: Bits, point: number): boolean {
  return ((bits[point >> 5] >>> (point & 31)) & 1) === 1;
}

export function both(a: Bits, b: Bits): Bits {
  return a.map((word, k) => word & b[k]);
}

export function either(a: Bits, b: Bits): Bits {
  return a.map((word, k) => word | b[k]);
}

export function inverse(a: Bits, count: number): Bits {
  return trim(a.map((word) => ~word), count);
}

export function countBits(bits: Bits): number {
  let total = 0;
  for (let word of bits) {
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    word = (word + (word >>> 4)) & 0x0f0f0f0f;
    total += Math.imul(word, 0x01010101) >>> 24;
  }
  return total;
}

/** Spread over bytes, one a point, as the renderer takes it. */
export function spread(bits: Bits, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let point = 0; point < count; point++) bytes[point] = (bits[point >> 5] >>> (point & 31)) & 1;
  return bytes;
}

/** List the points that are in, in page order. */
export function members(bits: Bits): Uint32Array {
  const found = new Uint32Array(countBits(bits));
  let next = 0;
  for (let word = 0; word < bits.length; word++) {
    for (let left = bits[word]; left !== 0; left &= left - 1) {
      found[next++] = (word << 5) + 31 - Math.clz32(left & -left);
    }
  }
  return found;
}

function trim(bits: Bits, count: number): Bits {
  if ((count & 31) !== 0) bits[bits.length - 1] &= 2 ** (count & 31) - 1;
  return bits;
}
