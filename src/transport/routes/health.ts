import { jsonResponse } from "../responses.ts";
import type { RouteHandler } from "../route.ts";

/** `/health/live`: the process answers. */
export const answerLive: RouteHandler = () => jsonResponse(200, { status: "ok" });

/** `/health/ready`: whether requests should be sent here; 503 until the store answers. */
export const createReadyRoute =
  (isReady: () => Promise<boolean>): RouteHandler =>
  async () =>
    (await isReady())
      ? jsonResponse(200, { status: "ok" })
      : jsonResponse(503, { status: "not ready" }, { "retry-after": "5" });
