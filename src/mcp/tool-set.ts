/**
 * The groups of tools: `core` reaches every operation, `crm` is the daily work in typed tools,
 * `chatgpt` is the pair that ChatGPT's connectors look for.
 */
export const TOOL_SETS = ["core", "crm", "chatgpt"] as const;

/** A group of tools. */
export type ToolSet = (typeof TOOL_SETS)[number];

/** What a connection URL may choose: one group, or all but what is made for ChatGPT alone. */
export const TOOL_CHOICES = [...TOOL_SETS, "all"] as const;

/** A choice of tools. */
export type ToolChoice = (typeof TOOL_CHOICES)[number];

/** Whether a tool of these groups belongs to the choice. */
export const isChosen = (sets: readonly ToolSet[], choice: ToolChoice): boolean =>
  choice === "all" ? sets.some((set) => set !== "chatgpt") : sets.includes(choice);
