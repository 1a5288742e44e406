import logging
import time

logger = logging.getLogger()
logger.setLevel(logging.INFO)


class NameMissing(Exception):
    pass


def handler(event, context):
    name = event.get("name")
    if name is None:
        raise NameMissing("the event has no name")
    logger.info("greeting %s, %d ms left", name, context.get_remaining_time_in_millis())
    time.sleep(event.get("pauseMs", 0) / 1000)
    return f"Hello {name}!"
