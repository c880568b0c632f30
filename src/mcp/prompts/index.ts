import { contactCleanUp } from "./contact-clean-up.ts";
import { dailyBriefing } from "./daily-briefing.ts";
import { followUpsDue } from "./follow-ups-due.ts";
import { pipelineReview } from "./pipeline-review.ts";
import type { Prompt } from "./prompt.ts";

/** Every prompt, in the order in which lists show them. */
export const PROMPTS: readonly Prompt[] = Object.freeze([
  dailyBriefing,
  pipelineReview,
  followUpsDue,
  contactCleanUp,
]);
