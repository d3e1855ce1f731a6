"""A resident who uses the public API, for tests that read like a conversation."""

import uuid
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestClient

HERE = "/api/v1/conversations"


class Resident:
    """One conversation through the API. `http` is a test client or a session with a base address."""

    def __init__(self, http: TestClient | ClientSession) -> None:
        self.http = http
        self.id = ""
        self.headers: dict[str, str] = {}
        self.seq = 0

    async def begin(self, council: str = "enfield") -> list[dict[str, Any]]:
        """Starts the conversation; returns the greeting."""
        async with self.http.post(HERE, json={"council": council}) as response:
            assert response.status == 201, await response.text()
            begun = await response.json()
        self.id, self.headers = begun["id"], {"Authorization": f"Bearer {begun['token']}"}
        self.seq = begun["messages"][-1]["seq"]
        return list(begun["messages"])

    async def post(self, path: str, body: Any) -> tuple[int, Any]:
        """A raw POST on the conversation; status and JSON."""
        async with self.http.post(f"{HERE}/{self.id}/{path}", json=body, headers=self.headers) as response:
            return response.status, await response.json() if response.status != 204 else None

    async def send(self, text: str | None = None, choice: str | None = None, client_message_id: str = "") -> int:
        """Says something without waiting; returns the seq."""
        body = {"client_message_id": client_message_id or uuid.uuid4().hex}
        body |= {"text": text} if choice is None else {"choice": choice}
        status, answer = await self.post("messages", body)
        assert status in (200, 201), answer
        return int(answer["seq"])

    async def read(self, after: int, wait: float = 0) -> dict[str, Any]:
        """Messages after a seq."""
        url = f"{HERE}/{self.id}/messages?after={after}&wait={wait}"
        async with self.http.get(url, headers=self.headers) as response:
            assert response.status == 200, await response.text()
            return dict(await response.json())

    async def ask(self, text: str | None = None, choice: str | None = None) -> list[dict[str, Any]]:
        """Says something and waits for the whole reply; returns what came back."""
        after = await self.send(text, choice)
        replies: list[dict[str, Any]] = []
        for _ in range(30):
            page = await self.read(after, wait=5)
            replies += [one for one in page["messages"] if one["from"] != "resident"]
            after = max([after, *(one["seq"] for one in page["messages"])])
            if not page["state"]["thinking"]:
                break
        return replies
