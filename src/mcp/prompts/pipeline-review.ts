import { definePrompt } from "./prompt.ts";

/** Where the deals stand and where they are stuck. */
export const pipelineReview = definePrompt({
  name: "pipeline_review",
  title: "Pipeline review",
  description: "Deals by stage, what is stuck, what to do next.",
  areas: ["contacts", "opportunities"],
  arguments: [
    {
      name: "pipeline",
      description: "Name or id; all pipelines unless given",
      completeFrom: "pipelines",
    },
    { name: "owner", description: "Only deals of this user", completeFrom: "users" },
  ],
  toSteps: ({ pipeline, owner }, where) => [
    `Review ${pipeline === undefined ? "every pipeline" : `the pipeline ${quoted(pipeline)}`} in ${where}${owner === undefined ? "" : `, only deals of ${quoted(owner)}`}. Read only; change nothing.`,
    "Read all open opportunities with get_opportunities, following next_cursor to the end.",
    "For each stage give the number of deals, their sum, and the median days since the last stage change.",
    "Name the deals that have stood for more than twice their stage's median, and those without a value, an owner or a contact.",
    "Compare what was won and lost in the last 30 days with the 30 days before.",
    "End with the five deals most worth a call today and why, each with contact, value, stage and owner.",
  ],
});

const quoted = (text: string): string => JSON.stringify(text);
