"""A spider that allows a URL where a domain belongs."""


class OrderSpider:
    name = "orders"
    allowed_domains = ["https://orders.example.com/"]
