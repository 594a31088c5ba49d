// The adapter: sends the world on stdin to the server, and fails if the server rejects it.
const url = new URL("/world", process.env.CONFORMANCE_ENDPOINT_URL);
const answer = await fetch(url, { method: "PUT", body: process.stdin, duplex: "half" });
process.exit(answer.ok ? 0 : 1);
