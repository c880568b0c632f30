import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import type { View } from "../connection-options.ts";
import { toErrorText } from "../errors.ts";
import { listPlaces } from "../place.ts";
import { toResourcePage, toTemplates } from "../resources/list-resources.ts";
import { readResource } from "../resources/read-resource.ts";
import { LIST_CACHE, type ServerDeps } from "../server-deps.ts";
import { clip } from "../text.ts";
import type { Feature } from "./feature.ts";

/** `resources/list`, `resources/templates/list` and `resources/read`. */
export const resourcesFeature: Feature = {
  cacheHints: {
    "resources/list": LIST_CACHE,
    "resources/templates/list": LIST_CACHE,
    "resources/read": { ttlMs: 60_000, cacheScope: "private" },
  },
  register: (server, view, deps) => {
    server.setRequestHandler("resources/list", async ({ params }, { mcpReq }) => {
      const page = await listPage(view, deps, { cursor: params?.cursor, signal: mcpReq.signal });
      return {
        resources: [...page.resources],
        ...(page.next === undefined ? {} : { nextCursor: String(page.next) }),
      };
    });
    server.setRequestHandler("resources/templates/list", () => ({
      resourceTemplates: [...toTemplates(view.principal)],
    }));
    server.setRequestHandler("resources/read", async ({ params: { uri } }, { mcpReq }) => {
      const read = await readResource(uri, view.principal, { ...deps, signal: mcpReq.signal });
      if (read.ok) return { contents: [{ uri, ...read.value }] };
      if (read.failure.kind === "no_such_resource") {
        // 2026-07-28, Resources: -32602 with the address in the data.
        throw new ProtocolError(
          ProtocolErrorCode.InvalidParams,
          `this grant has no resource "${clip(uri, 120)}"; resources/list and the templates show what there is`,
          { uri },
        );
      }
      throw new ProtocolError(
        ProtocolErrorCode.InternalError,
        toErrorText(read.failure, deps.errorText),
      );
    });
  },
};

const listPage = async (
  { principal }: View,
  deps: ServerDeps,
  { cursor, signal }: { readonly cursor: string | undefined; readonly signal: AbortSignal },
) => {
  if (cursor !== undefined && !/^\d{1,6}$/u.test(cursor)) {
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      "cursor is not a nextCursor of this list; leave it out to start again",
    );
  }
  const places = await listPlaces(principal, deps, signal);
  if (!places.ok) {
    throw new ProtocolError(
      ProtocolErrorCode.InternalError,
      toErrorText(places.failure, deps.errorText),
    );
  }
  return toResourcePage(principal, places.value, Number(cursor ?? 0));
};
