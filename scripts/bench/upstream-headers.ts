/** What servers other than ours send to the stand-in, which looks for a token and a version only. */
export const UPSTREAM_HEADERS = {
  authorization: "Bearer of-a-server-without-a-vault",
  version: "2021-07-28",
  accept: "application/json",
} as const;
