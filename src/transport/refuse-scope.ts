import { z } from "zod";
import type { Principal } from "../core/principal.ts";
import type { McpSurface } from "../mcp/surface.ts";
import type { AuthorizationServer } from "../oauth/authorization-server.ts";
import { toBearerRefusal } from "./bearer-refusal.ts";

/**
 * The 403 for a call of a tool beyond the grant (RFC 6750 §3.1), with all that the tool needs at once;
 * undefined for every other message.
 */
export const refuseScope = (
  deps: {
    readonly surface: Pick<McpSurface, "findLack">;
    readonly authorization: Pick<AuthorizationServer, "challenge">;
  },
  principal: Principal,
  body: unknown,
): Response | undefined => {
  const tool = toolCall.safeParse(body).data?.params.name;
  const lack = tool === undefined ? undefined : deps.surface.findLack(tool, principal);
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
  params: z.object({ name: z.string() }),
});
