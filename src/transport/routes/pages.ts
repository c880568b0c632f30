import { renderHomePage, type HomeView } from "../../web/home-page.ts";
import { STYLESHEET } from "../../web/styles.ts";
import { pageResponse } from "../responses.ts";
import type { RouteHandler } from "../route.ts";

/** `/`: the start page. */
export const createHomeRoute = (view: HomeView): RouteHandler => {
  const page = renderHomePage(view);
  return () => pageResponse(200, page);
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
