// The adapter: hands the world on stdin to the server, and fails where that does not take it.
const url = new URL("/world", process.env.CONFORMANCE_ENDPOINT_URL);
const answer = await fetch(url, { method: "PUT", body: process.stdin, duplex: "half" });
process.exit(answer.ok ? 0 : 1);
