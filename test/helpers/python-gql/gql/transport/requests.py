import json
from urllib.request import Request, urlopen


class RequestsHTTPTransport:
    def __init__(self, *, url, retries, timeout):
        self._url, self._timeout = url, timeout

    def send(self, query, variables):
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = Request(self._url, body, {"content-type": "application/json"})
        with urlopen(request, timeout=self._timeout) as response:
            answer = json.load(response)
        if "errors" in answer:
            raise RuntimeError(answer["errors"][0]["message"])
        return answer["data"]
