import { expect } from "vitest";
import { type Job, found } from "../job.ts";

/** A picture of one pixel: what is uploaded passes the context as it is. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Upload a logo to the media library. */
export const uploadLogo: Job = {
  ask: "Put this logo into our media library.",
  grant: "one location",
  confirmation: "by code",
  run: async (session, world) => {
    const ways = await session.call("search_operations", {
      query: "upload an image to the media library",
      limit: 3,
    });
    found(ways.text, "medias.upload-media-content");
    await session.call("describe_operation", { operation: "medias.upload-media-content" });
    const uploaded = await session.call("write_operation", {
      operation: "medias.upload-media-content",
      body: {
        name: "logo-2026.png",
        file: { base64: PIXEL, fileName: "logo-2026.png", contentType: "image/png" },
      },
    });

    const query = `altId=${world.here}&altType=location&type=file&sortBy=createdAt&sortOrder=desc`;
    const { files } = await world.get(`/medias/files?${query}&fetchAll=true`);
    const kept = (files as Readonly<Record<string, string>>[]).find(
      ({ name }) => name === "logo-2026.png",
    );
    expect(kept?.["url"]).toBe(uploaded.data["url"]);
    const stored = await fetch(kept?.["url"] ?? "");
    expect(Buffer.from(await stored.arrayBuffer()).toString("base64")).toBe(PIXEL);
    expect(world.writes()).toHaveLength(1);
  },
};
