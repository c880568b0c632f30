import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    teardownTimeout: 5_000,
    // a poll waits for what another process or the browser does: on a busy machine longer than 1 s
    expect: { poll: { timeout: 15_000 } },
    reporters: ["default", "./test/support/count-line-reporter.ts"],
    // what the machine has set must not reach the settings under test
    env: { NO_COLOR: "1" },
  },
});
