"""Publishes a reading to an MQTT broker every few seconds. It serves no port: a heartbeat file tells that it works."""
import json
import os
import pathlib
import random
import signal
import threading
import time

import paho.mqtt.client as mqtt

HOST = os.environ.get("MQTT_HOST", "127.0.0.1")
PORT = int(os.environ.get("MQTT_PORT", "1883"))
TOPIC = os.environ.get("TOPIC", "sensors/demo")
INTERVAL = float(os.environ.get("INTERVAL", "5"))
HEARTBEAT_FILE = os.environ.get("HEARTBEAT_FILE")

stopping = threading.Event()


def connect():
    """A client that connects, and connects again, in a thread of its own."""
    if hasattr(mqtt, "CallbackAPIVersion"):  # paho-mqtt 2
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    else:  # paho-mqtt 1
        client = mqtt.Client()
    client.on_connect = lambda *_: print(f"connected to {HOST}:{PORT}", flush=True)
    client.on_disconnect = lambda *_: print("disconnected", flush=True)
    client.reconnect_delay_set(min_delay=1, max_delay=30)
    client.max_queued_messages_set(1000)  # an outage must not fill the memory
    client.connect_async(HOST, PORT, keepalive=30)
    client.loop_start()
    return client


def read():
    return {"at": time.time(), "celsius": round(random.gauss(21, 0.5), 2)}


def main():
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    client = connect()
    while not stopping.wait(INTERVAL):
        client.publish(TOPIC, json.dumps(read()), qos=1)
        if HEARTBEAT_FILE:
            pathlib.Path(HEARTBEAT_FILE).touch()
    client.disconnect()
    client.loop_stop()


main()
