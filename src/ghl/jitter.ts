/**
 * A number from 0 up to 1 that differs between processes, for spreading retries. No secret hangs on
 * it; tests inject their own.
 */
export const randomJitter = (): number => {
  const [value = 0] = globalThis.crypto.getRandomValues(new Uint32Array(1));
  return value / 2 ** 32;
};
