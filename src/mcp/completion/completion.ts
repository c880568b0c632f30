import type { Principal } from "../../core/principal.ts";
import type { CallDeps } from "../call-tool.ts";

/** What is to be completed. */
export interface CompletionRequest {
  readonly principal: Principal;
  readonly argument: { readonly name: string; readonly value: string };
  /** What other arguments have been given already. */
  readonly context: Readonly<Record<string, string>>;
}

/** What completions are looked up in. */
export type CompletionDeps = Pick<CallDeps, "connections" | "ghl"> & {
  readonly signal: AbortSignal;
};

/** The texts that contain what was typed, those that start with it first; letter case aside. Pure. */
export const matchTyped = (texts: readonly string[], typed: string): string[] => {
  const wanted = typed.trim().toLowerCase();
  const found = [...new Set(texts)].filter((text) => text.toLowerCase().includes(wanted));
  const starts = (text: string): boolean => text.toLowerCase().startsWith(wanted);
  return [...found.filter(starts), ...found.filter((text) => !starts(text))];
};
