/** Bytes in units of 10^6, with one decimal. */
export const toMb = (bytes: number): number => Math.round(bytes / 1e5) / 10;

/** With one decimal. */
export const toTenths = (value: number): number => Math.round(value * 10) / 10;
