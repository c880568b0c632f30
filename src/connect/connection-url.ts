/** What an address of a connection can be narrowed by; the words are those of docs/tools.md. */
export interface UrlOptions {
  /** Id or name of the one location to work in. */
  readonly location?: string;
  readonly access?: AccessWord;
  readonly tools?: ToolsWord;
}

/** How far a connection may go, as its address says it. */
export const ACCESS_WORDS = ["read", "write", "full"] as const;

/** One of {@link ACCESS_WORDS}. */
export type AccessWord = (typeof ACCESS_WORDS)[number];

/** Which tools a connection shows, as its address says it. */
export const TOOLS_WORDS = ["core", "crm", "chatgpt", "all"] as const;

/** One of {@link TOOLS_WORDS}. */
export type ToolsWord = (typeof TOOLS_WORDS)[number];

/** The options of the address as people read them: an example, and what it does. */
export const URL_OPTIONS = [
  {
    example: "?location=…",
    meaning: "works in one location only, given by its id or its name",
  },
  {
    example: "?access=read",
    meaning: "reads and changes nothing, whatever was allowed; write leaves out what full adds",
  },
  {
    example: "?tools=crm",
    meaning:
      "shows the typed tools of the daily work; core those that reach every operation, chatgpt those that ChatGPT’s search looks for",
  },
] as const;

/** The address of a connection with its options. They narrow what the person allowed, never widen it. */
export const toConnectionUrl = (mcpUrl: string, options: UrlOptions): string => {
  const query = new URLSearchParams();
  for (const name of ["location", "access", "tools"] as const) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  return query.size === 0 ? mcpUrl : `${mcpUrl}?${query.toString()}`;
};
