import { isReady, type ReadinessChecks } from "../../core/readiness.ts";
import { renderHomePage, type HomeView } from "../../web/home-page.ts";
import { STYLESHEET } from "../../web/styles.ts";
import { pageResponse } from "../responses.ts";
import type { RouteHandler } from "../route.ts";

/** What the start page works with. */
export interface HomeRouteDeps extends Omit<HomeView, "isReady"> {
  checkReadiness(): Promise<ReadinessChecks>;
}

/** `/`: the start page. */
export const createHomeRoute =
  ({ mcpUrl, sandbox, ...deps }: HomeRouteDeps): RouteHandler =>
  async () => {
    const checks = await deps.checkReadiness();
    return pageResponse(200, renderHomePage({ mcpUrl, sandbox, isReady: isReady(checks) }));
  };

/** `/assets/style.css`: the stylesheet of all pages. */
export const answerStylesheet: RouteHandler = () =>
  new Response(STYLESHEET, {
    headers: {
      "content-type": "text/css; charset=utf-8",
      "cache-control": "public, max-age=300",
      "cross-origin-resource-policy": "same-origin",
    },
  });
