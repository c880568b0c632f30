import type { Feature } from "./feature.ts";
import { toolsFeature } from "./tools.ts";

/** Everything that a server of ours offers. */
export const FEATURES: readonly Feature[] = Object.freeze([toolsFeature]);
