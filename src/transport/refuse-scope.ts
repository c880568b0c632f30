import { z } from "zod";
import type { View } from "../mcp/connection-options.ts";
import type { McpSurface } from "../mcp/surface.ts";
import type { AuthorizationServer } from "../oauth/authorization-server.ts";
import { toBearerRefusal } from "./bearer-refusal.ts";

/**
 * The 403 for a call of a tool, or of an operation through one, beyond the grant (RFC 6750 §3.1), with all that the tool needs at once;
 * undefined for every other message.
 */
export const refuseScope = (
  deps: {
    readonly surface: Pick<McpSurface, "findLack">;
    readonly authorization: Pick<AuthorizationServer, "challenge">;
  },
  view: View,
  body: unknown,
): Response | undefined => {
  const params = toolCall.safeParse(body).data?.params;
  const lack =
    params === undefined
      ? undefined
      : deps.surface.findLack({ tool: params.name, rawArguments: params.arguments }, view);
  if (lack === undefined) return undefined;
  const { access: needed, ...areas } = lack;
  const failure = { kind: "insufficient_scope", needed, ...areas } as const;
  const { status, headers, error, description } = toBearerRefusal(
    deps.authorization,
    failure,
    "/mcp",
  );
  return Response.json(
    { error, error_description: description },
    { status, headers: { "cache-control": "no-store", ...headers } },
  );
};

const toolCall = z.object({
  method: z.literal("tools/call"),
  params: z.object({ name: z.string(), arguments: z.unknown().optional() }),
});
