"""Stands in for the package gql 4 where it cannot be installed: of its interface no more than client-examples use."""


class GraphQLRequest:
    def __init__(self, text):
        self.text = text
        self.variable_values = None


def gql(text):
    return GraphQLRequest(text)


class Client:
    def __init__(self, *, transport):
        self._transport = transport

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def execute(self, request):
        return self._transport.send(request.text, request.variable_values)
