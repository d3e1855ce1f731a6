"""The product says how it is: alive, ready part by part, and in figures."""


async def test_it_is_alive_and_ready(client):
    assert (await client.get("/healthz")).status == 200
    response = await client.get("/readyz")
    assert response.status == 200
    assert (await response.json())["parts"] == {"engine": "ok", "database": "ok", "knowledge": "ok"}


async def test_an_engine_that_is_away_is_named(client, engine):
    engine.away = True
    response = await client.get("/readyz")
    assert response.status == 503
    assert (await response.json())["parts"]["engine"] == "away"


async def test_figures_are_in_prometheus_form(client):
    response = await client.get("/metrics")
    assert "desk_turns_total" in await response.text()


async def test_every_answer_carries_safe_headers(client):
    response = await client.get("/healthz")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
