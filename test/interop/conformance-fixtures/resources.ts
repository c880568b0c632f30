import { ProtocolError, ProtocolErrorCode, type Server } from "@modelcontextprotocol/server";
import { RED_PIXEL_PNG } from "./media.ts";

const STATIC_TEXT = "test://static-text";
const STATIC_BINARY = "test://static-binary";
const WATCHED = "test://watched-resource";
const TEMPLATE = "test://template/{id}/data";

/** Serves the suite's resources, its template, and completion. */
export const serveResources = (server: Server): void => {
  server.setRequestHandler("resources/list", () => ({
    resources: [
      { uri: STATIC_TEXT, name: "static text", mimeType: "text/plain" },
      { uri: STATIC_BINARY, name: "static binary", mimeType: "image/png" },
      { uri: WATCHED, name: "watched", mimeType: "text/plain" },
    ],
  }));
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: [{ uriTemplate: TEMPLATE, name: "data", mimeType: "application/json" }],
  }));
  server.setRequestHandler("resources/read", ({ params: { uri } }) => ({
    contents: [{ uri, ...readContent(uri) }],
  }));
  server.setRequestHandler("resources/subscribe", () => ({}));
  server.setRequestHandler("resources/unsubscribe", () => ({}));
  server.setRequestHandler("completion/complete", ({ params: { argument } }) => {
    const values = ["paris", "park", "party"].filter((word) => word.startsWith(argument.value));
    return { completion: { values, total: values.length, hasMore: false } };
  });
};

const readContent = (
  uri: string,
): { readonly mimeType: string; readonly text: string } | { mimeType: string; blob: string } => {
  if (uri === STATIC_TEXT) {
    return {
      mimeType: "text/plain",
      text: "This is the content of the static text resource.",
    };
  }
  if (uri === STATIC_BINARY) return { mimeType: "image/png", blob: RED_PIXEL_PNG };
  if (uri === WATCHED) return { mimeType: "text/plain", text: "watched" };
  const id = /^test:\/\/template\/([^/]+)\/data$/u.exec(uri)?.[1];
  if (id === undefined) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, "there is no such resource", { uri });
  }
  return {
    mimeType: "application/json",
    text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
  };
};
