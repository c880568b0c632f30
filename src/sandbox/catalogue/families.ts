import type { Family } from "./family.ts";

/** Every family of operations that does more than keep records. */
export const FAMILIES: readonly Family[] = [];
