import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { API_ROUTES } from "./api/routes.ts";
import { applyFaults, type SandboxEnv } from "./apply-faults.ts";
import type { ControlState } from "./control.ts";
import { refuse } from "./gate/outcome.ts";
import { findVersion } from "./gate/version.ts";
import { showChoice, takeChoice } from "./oauth/choose-location.ts";
import type { CodeBook } from "./oauth/codes.ts";
import { installedLocationRoutes } from "./oauth/installed-locations.ts";
import { issueTokens, type SandboxApp } from "./oauth/issue-tokens.ts";
import { locationTokenRoutes } from "./oauth/location-token.ts";
import { parseBody, readTokenParameters } from "./oauth/parameters.ts";
import { type UninstallDeps, uninstallRoutes } from "./oauth/uninstall.ts";
import { respond, type ServeDeps, serveRoute } from "./serve-route.ts";
import { toUuid } from "./world/ids.ts";

/** The parts that the sandbox's requests work on. */
export interface SandboxParts extends ServeDeps {
  readonly app: SandboxApp;
  readonly codes: CodeBook;
  readonly state: ControlState;
  readonly onUninstall: UninstallDeps["onUninstall"];
}

const MAX_BODY_BYTES = 1_048_576;

/** The paths of the sign-in page; the newer one is what the documentation names. */
export const CHOOSE_LOCATION_PATHS = ["/v2/oauth/chooselocation", "/oauth/chooselocation"] as const;

/** Wires every path of the sandbox. */
export const createSandboxApp = (parts: SandboxParts): Hono<SandboxEnv> => {
  const hono = new Hono<SandboxEnv>();
  const choice = { ...parts, grantedScopes: parts.state.grantedScopes, signIn: parts.state.signIn };
  hono.use(bodyLimit({ maxSize: MAX_BODY_BYTES }));
  hono.use(applyFaults(parts.state, parts.clock));
  for (const path of CHOOSE_LOCATION_PATHS) {
    hono.get(path, (context) => showChoice(choice, context));
    hono.post(path, (context) => takeChoice(choice, context));
  }
  serveTokens(hono, parts);
  const routes = [
    ...locationTokenRoutes(parts),
    ...installedLocationRoutes(parts.app),
    ...uninstallRoutes(parts),
    ...API_ROUTES,
  ];
  for (const route of routes) {
    hono.on(route.method, withEitherEnding(route.path), (context) =>
      serveRoute(parts, route, context),
    );
  }
  hono.notFound((context) => respond(parts, context, refuse(404, "Not Found")));
  return hono;
};

/** A path with and without its trailing slash: GoHighLevel answers to both. */
const withEitherEnding = (path: string): string[] => {
  const bare = path.replace(/\/$/, "");
  return [bare, `${bare}/`];
};

const serveTokens = (hono: Hono<SandboxEnv>, parts: SandboxParts): void => {
  hono.post("/oauth/token", async (context) => {
    const isV3 = findVersion(context.req.header("version")) === "v3";
    const body = parseBody(await context.req.text(), context.req.header("content-type"));
    if (body === undefined) return respond(parts, context, refuse(400, "The body cannot be read"));
    const outcome = issueTokens(
      {
        ...parts,
        pausedLocations: parts.state.pausedLocations,
        pkce: parts.state.signIn().pkce,
        traceId: () => toUuid(parts.random.bytes(16)),
      },
      readTokenParameters(body, isV3),
      isV3,
    );
    context.header("Cache-Control", "no-store");
    return respond(parts, context, outcome);
  });
};
