import { type Refusal, refuse } from "./outcome.ts";

/** The values of the Version header that GoHighLevel answers to. */
export const API_VERSIONS = ["v3", "2023-02-21", "2021-07-28", "2021-04-15"] as const;

/** One of them. */
export type ApiVersion = (typeof API_VERSIONS)[number];

/** Which versions a path exists in: `dated` paths were removed in v3, `v3` paths came with it. */
export type VersionRange = "all" | "dated" | "v3";

/** The version that a request names; undefined where the header is missing or unknown. */
export const findVersion = (header: string | undefined): ApiVersion | undefined =>
  API_VERSIONS.find((version) => version === header?.trim());

/** Refuses a request without a usable Version header, or for a path that its version lacks. */
export const checkVersion = (
  header: string | undefined,
  range: VersionRange,
): Refusal | undefined => {
  if (header === undefined || header.trim() === "") {
    return refuse(401, "version header was not found.");
  }
  const version = findVersion(header);
  if (version === undefined) return refuse(401, "version header is invalid");
  if (range === "v3" && version !== "v3") return refuse(404, "Not Found");
  if (range === "dated" && version === "v3") {
    return refuse(400, "This API endpoint has been removed in version v3");
  }
  return undefined;
};
