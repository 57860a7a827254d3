/** Codes of categories in pages that stand for no listed value. */

export const OTHER_CODE = 254;
export const NULL_CODE = 255;
