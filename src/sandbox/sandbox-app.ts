import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { API_ROUTES } from "./api/routes.ts";
import { applyFaults, type SandboxEnv } from "./apply-faults.ts";
import { MAX_UPLOAD_BYTES } from "./catalogue/judge-call.ts";
import type { ControlState } from "./control.ts";
import { createTargetFinder } from "./find-target.ts";
import { refuse } from "./gate/outcome.ts";
import { findVersion } from "./gate/version.ts";
import { showChoice, takeChoice } from "./oauth/choose-location.ts";
import type { CodeBook } from "./oauth/codes.ts";
import { installedLocationRoutes } from "./oauth/installed-locations.ts";
import { issueTokens, type SandboxApp } from "./oauth/issue-tokens.ts";
import { locationTokenRoutes } from "./oauth/location-token.ts";
import { parseBody, readTokenParameters } from "./oauth/parameters.ts";
import { type UninstallDeps, uninstallRoutes } from "./oauth/uninstall.ts";
import { type CallDeps, FILES_PATH, serveCall, serveFile } from "./serve-call.ts";
import { respond } from "./serve-route.ts";
import { toUuid } from "./world/ids.ts";

/** The parts that the sandbox's requests work on. */
export interface SandboxParts extends Omit<CallDeps, "findTarget"> {
  readonly app: SandboxApp;
  readonly codes: CodeBook;
  readonly state: ControlState;
  readonly onUninstall: UninstallDeps["onUninstall"];
}

const MAX_BODY_BYTES = 1_048_576;
/** Room for the largest upload and what a form needs around it. */
const MAX_FORM_BYTES = MAX_UPLOAD_BYTES + MAX_BODY_BYTES;

/** The paths of the sign-in page; the newer one is what the documentation names. */
export const CHOOSE_LOCATION_PATHS = ["/v2/oauth/chooselocation", "/oauth/chooselocation"] as const;

/** Wires every path of the sandbox. */
export const createSandboxApp = (parts: SandboxParts): Hono<SandboxEnv> => {
  const hono = new Hono<SandboxEnv>();
  const choice = { ...parts, grantedScopes: parts.state.grantedScopes, signIn: parts.state.signIn };
  hono.use(limitBody(parts));
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
  const calls = { ...parts, findTarget: createTargetFinder(routes) };
  hono.get(`${FILES_PATH}/:name`, (context) => serveFile(parts.files, context));
  hono.all("*", (context) => serveCall(calls, context));
  return hono;
};

const limitBody = (parts: SandboxParts): MiddlewareHandler<SandboxEnv> => {
  const limitTo = (maxSize: number): MiddlewareHandler<SandboxEnv> =>
    bodyLimit({
      maxSize,
      onError: (context) => respond(parts, context, refuse(413, "Request entity too large")),
    });
  const [forBody, forForm] = [limitTo(MAX_BODY_BYTES), limitTo(MAX_FORM_BYTES)];
  return (context, next) =>
    context.req.header("content-type")?.startsWith("multipart/form-data") === true
      ? forForm(context, next)
      : forBody(context, next);
};

const serveTokens = (hono: Hono<SandboxEnv>, parts: SandboxParts): void => {
  hono.post("/oauth/token", async (context) => {
    const isV3 = findVersion(context.req.header("version")) === "v3";
    const body = parseBody(await context.req.text(), context.req.header("content-type"));
    if (body === undefined) return respond(parts, context, refuse(400, "The body cannot be read"));
    const version = context.req.header("version");
    context.set("details", {
      operation: "oauth.get-access-token",
      ...(version !== undefined && { version }),
    });
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
