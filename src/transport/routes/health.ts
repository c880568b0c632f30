import { isReady, type ReadinessChecks } from "../../core/readiness.ts";
import { jsonResponse } from "../responses.ts";
import type { RouteHandler } from "../route.ts";

/** `/health/live`: the process answers. */
export const answerLive: RouteHandler = () => jsonResponse(200, { status: "ok" });

/** What `/health/ready` looks at. */
export interface ReadyDeps {
  /** Asks the store; never GoHighLevel. */
  checkReadiness(): Promise<ReadinessChecks>;
  /** Whether the server is about to stop. */
  isDraining(): boolean;
}

/** `/health/ready`: whether requests should be sent here; 503 while they should not. */
export const createReadyRoute =
  ({ checkReadiness, isDraining }: ReadyDeps): RouteHandler =>
  async () => {
    if (isDraining()) return notReady({ status: "draining" });
    const checks = await checkReadiness();
    return isReady(checks)
      ? jsonResponse(200, { status: "ok", checks })
      : notReady({ status: "not ready", checks });
  };

const notReady = (body: object): Response => jsonResponse(503, body, { "retry-after": "5" });
