"""Open311 on the whole product; tests/cases has the details."""


async def test_the_product_serves_open311_and_opens_nothing_without_a_key(client):
    services = await client.get("/open311/enfield/v2/services.json")
    assert services.status == 200
    assert "bin_missed" in [one["service_code"] for one in await services.json()]
    refused = await client.post("/open311/enfield/v2/requests.json", data={"service_code": "bin_missed", "api_key": "x"})
    assert refused.status == 403
    assert (await refused.json())[0]["code"] == 403
    listed = await client.get("/open311/enfield/v2/requests.json")
    assert await listed.json() == []
