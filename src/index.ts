export { createApp, systemParts, VERSION } from "./app.ts";
export type { App, AppDeps, UpstreamSettings } from "./app.ts";
export type { Config } from "./config/config.ts";
export { loadConfig } from "./config/load.ts";
export type { ConfigSources, LoadedConfig } from "./config/load.ts";
export { AppError, ERROR_TABLE } from "./core/errors.ts";
export type { ErrorCode } from "./core/errors.ts";
export type { HttpClient, HttpFailure, HttpRequest, HttpResponse } from "./core/http-client.ts";
export type {
  FetchedFile,
  FetchFileFailure,
  FetchFileOptions,
  FileSource,
} from "./core/file-source.ts";
export * from "./core/ids.ts";
export type { Logger } from "./core/logger.ts";
export { silentLogger } from "./core/logger.ts";
export type { Result } from "./core/result.ts";
export { toSecret } from "./core/secret.ts";
export type { Secret } from "./core/secret.ts";
export type { GhlAnswer, GhlCall, GhlClient } from "./ghl/call.ts";
export type { GhlFailure } from "./ghl/errors.ts";
export { explainGhlFailure } from "./ghl/explain-failure.ts";
export type { FailureText } from "./ghl/explain-failure.ts";
export type { RateSnapshot } from "./ghl/governor.ts";
export type { PageCursor } from "./ghl/page-steps.ts";
export type { ListedRecord, ListItem, PaginateOptions } from "./ghl/paginate.ts";
export type { AccessToken, TokenFailure, TokenRequest, TokenSource } from "./ghl/ports.ts";
export { UPLOAD_LIMITS } from "./ghl/upload.ts";
export type { UploadFile } from "./ghl/upload.ts";
export { createGhlClient } from "./library/api-client.ts";
export type { GhlClientLibrary, GhlClientOptions } from "./library/api-client.ts";
export type { GhlListings, GhlOperations } from "./library/generated/operations.ts";
export { createGhlOAuthClient } from "./library/oauth-client.ts";
export type {
  GhlOAuthClient,
  GhlOAuthFailure,
  GhlOAuthOptions,
  GhlTokens,
} from "./library/oauth-client.ts";
export type {
  GhlCallInput,
  GhlCallOptions,
  GhlInput,
  GhlListingId,
  GhlListingInput,
  GhlOperationId,
} from "./library/operation-input.ts";
