import type { Feature } from "./feature.ts";
import { completionsFeature } from "./completions.ts";
import { promptsFeature } from "./prompts.ts";
import { resourcesFeature } from "./resources.ts";
import { toolsFeature } from "./tools.ts";

/** Everything that a server of ours offers. */
export const FEATURES: readonly Feature[] = Object.freeze([
  toolsFeature,
  resourcesFeature,
  promptsFeature,
  completionsFeature,
]);
