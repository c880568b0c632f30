import { toFieldRules } from "../gate/field-rules.ts";
import { textOf, numberOf } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import { type ApiCall, COMPANY_CALLERS, type Route } from "../gate/route.ts";
import type { Location } from "../world/people.ts";
import type { SandboxApp } from "./issue-tokens.ts";

const SHARED =
  "companyId:string! appId:string! query:string isInstalled:boolean versionId:string onTrial:boolean planId:string locationId:string";

/** The locations in which the app is installed, under both of its paths. */
export const installedLocationRoutes = (app: SandboxApp): Route[] => {
  const shared = {
    method: "GET",
    scope: "oauth.readonly",
    callers: COMPANY_CALLERS,
    location: { in: "caller" },
  } as const;
  return [
    {
      ...shared,
      path: "/oauth/installedLocations",
      versions: "dated",
      query: () => toFieldRules(`${SHARED} skip:number limit:number`),
      handle: (call) => listBySkip(app, call),
    },
    {
      ...shared,
      path: "/oauth/installed-locations",
      versions: "v3",
      query: () =>
        toFieldRules(`${SHARED} pageSize:number pageToken:string restrictToUserLocations:boolean`),
      handle: (call) => listByPageToken(app, call),
    },
  ];
};

const listBySkip = (app: SandboxApp, call: ApiCall): Outcome => {
  const found = findInstalled(app, call);
  if (!Array.isArray(found)) return found;
  const skip = numberOf(call.query["skip"], 0);
  const page = found.slice(skip, skip + numberOf(call.query["limit"], 20));
  return answer(200, {
    locations: page.map((location) => toItem(app, location)),
    count: found.length,
    installToFutureLocations: false,
  });
};

const listByPageToken = (app: SandboxApp, call: ApiCall): Outcome => {
  const found = findInstalled(app, call);
  if (!Array.isArray(found)) return found;
  const skip = readPageToken(call.query["pageToken"]);
  const size = numberOf(call.query["pageSize"], 20);
  const page = found.slice(skip, skip + size);
  const hasNextPage = skip + size < found.length;
  return answer(200, {
    items: page.map((location) => toItem(app, location)),
    pagination: {
      totalRecords: found.length,
      hasNextPage,
      hasPrevPage: skip > 0,
      ...(hasNextPage ? { nextPageToken: toPageToken(skip + size) } : {}),
      ...(skip > 0 ? { prevPageToken: toPageToken(Math.max(0, skip - size)) } : {}),
      currentPageSize: page.length,
    },
    installToFutureLocations: false,
  });
};

const findInstalled = (
  app: SandboxApp,
  { caller, query, world }: ApiCall,
): Location[] | Outcome => {
  if (query["companyId"] !== caller.companyId) {
    return refuse(403, "The token does not have access to this company.");
  }
  if (query["appId"] !== app.appId) {
    return refuse(404, `The requested App '${textOf(query["appId"])}' was not found.`);
  }
  const words = textOf(query["query"]).toLowerCase();
  return world.locations.filter(
    (location) =>
      query["isInstalled"] !== false &&
      caller.locationIds.includes(location.id) &&
      (query["locationId"] === undefined || query["locationId"] === location.id) &&
      location.name.toLowerCase().includes(words),
  );
};

const toItem = (app: SandboxApp, location: Location) => ({
  _id: location.id,
  name: location.name,
  address: `${location.address}, ${location.city}`,
  isInstalled: true,
  versionId: app.versionId,
});

const toPageToken = (skip: number): string =>
  Buffer.from(JSON.stringify({ skip })).toString("base64url");

const readPageToken = (token: unknown): number => {
  if (typeof token !== "string") return 0;
  const skip = Number(/"skip":(\d+)/.exec(Buffer.from(token, "base64url").toString("utf8"))?.[1]);
  return Number.isInteger(skip) ? skip : 0;
};
