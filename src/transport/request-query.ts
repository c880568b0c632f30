/** The query of a request target, as it was sent; empty where there is none. */
export const readQuery = (url: string | undefined): URLSearchParams => {
  const start = url?.indexOf("?") ?? -1;
  return new URLSearchParams(start < 0 ? "" : url?.slice(start + 1));
};
