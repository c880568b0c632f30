import { jsonResponse } from "../responses.ts";
import type { RouteHandler } from "../route.ts";

/** Serves a discovery document; it changes only with the configuration, so it may be cached briefly. */
export const createDocumentRoute =
  (document: Readonly<Record<string, unknown>>): RouteHandler =>
  () =>
    jsonResponse(200, document, { "cache-control": "public, max-age=300" });
