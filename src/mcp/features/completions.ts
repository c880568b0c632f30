import { completeArgument } from "../completion/complete-argument.ts";
import { completeVariable } from "../completion/complete-variable.ts";
import type { Feature } from "./feature.ts";

/** The most values that one answer may hold (2026-07-28, Completion). */
const MAX_VALUES = 100;

/** `completion/complete`, for arguments of prompts and variables of resource templates. */
export const completionsFeature: Feature = {
  cacheHints: {},
  register: (server, { principal }, deps) => {
    server.setRequestHandler("completion/complete", async ({ params }, { mcpReq }) => {
      const { ref, argument, context } = params;
      const asked = { principal, argument, context: context?.arguments ?? {} };
      const reach = { ...deps, signal: mcpReq.signal };
      const values =
        ref.type === "ref/prompt"
          ? await completeArgument(ref.name, asked, reach)
          : await completeVariable(ref.uri, asked, reach);
      return {
        completion: {
          values: values.slice(0, MAX_VALUES),
          total: values.length,
          hasMore: values.length > MAX_VALUES,
        },
      };
    });
  },
};
