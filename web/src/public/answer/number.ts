/** A number as people write it: "1,5", "1 234" and "−3" are numbers; NaN for anything else. */
export const number = (text: string): number => Number(text.replaceAll(/\s/g, "").replace("−", "-").replace(",", "."));
