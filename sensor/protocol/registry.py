"""Every supported kind of sensor, as data: what differs between devices is a row here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from itertools import chain

from sensor.clock.timeline import ClockSpec
from sensor.errors import UnknownSensorError
from sensor.protocol.capture2go import frames as capture2go
from sensor.protocol.capture2go.decoder import Capture2GoDecoder
from sensor.protocol.capture2go.driver import Capture2GoDriver
from sensor.protocol.device_kind import DeviceKind, SecondStream
from sensor.protocol.metamotion import control as metamotion
from sensor.protocol.metamotion import driver as metamotion_driver
from sensor.protocol.metamotion.decoder import MetaMotionDecoder, MetaMotionRatesDecoder
from sensor.protocol.metamotion.driver import MetaMotionDriver
from sensor.protocol.movella_dot import decoder as movella_dot
from sensor.protocol.movella_dot.decoder import MovellaDotDecoder
from sensor.protocol.movella_dot.driver import MovellaDotDriver
from sensor.protocol.movesense import frames as movesense
from sensor.protocol.movesense.control import is_dated
from sensor.protocol.movesense.decoder import MovesenseDecoder
from sensor.protocol.movesense.driver import MovesenseDriver
from sensor.protocol.open_profile import control as open_profile_gatt
from sensor.protocol.open_profile import driver as open_profile_driver
from sensor.protocol.open_profile import frames as open_profile
from sensor.protocol.open_profile.decoder import ImportDecoder, LiveDecoder
from sensor.protocol.open_profile.driver import OpenProfileDriver
from sensor.protocol.polar import control as polar
from sensor.protocol.polar import driver as polar_driver
from sensor.protocol.polar.decoder import PolarDecoder, PolarRatesDecoder
from sensor.protocol.polar.driver import PolarDriver, PolarModel
from sensor.protocol.repetition import Numbered, Unnumbered
from sensor.protocol.simple import adafruit, esense, muse, openearable, thingy52
from sensor.protocol.simple_driver import SimpleDriver
from sensor.protocol.witmotion import decoder as witmotion
from sensor.protocol.witmotion import driver as witmotion_driver
from sensor.protocol.witmotion.decoder import WitMotionDecoder
from sensor.protocol.witmotion.driver import WitMotionDriver
from sensor.units import NS_PER_S, RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

__all__ = ["DEVICES", "DeviceKind", "alternative", "device", "identify", "who_lacks"]


_COUNTED = ClockSpec(tick_hz=1, wrap_bits=None, counts_samples=True)


def _polar(key: str, title: str, *, name: str, model: PolarModel, default_rate_hz: float) -> DeviceKind:
    return DeviceKind(
        key=key,
        title=title,
        name_pattern=re.compile(rf"Polar {name}\b.*"),
        data_characteristic=polar.DATA_UUID,
        clock=ClockSpec(tick_hz=NS_PER_S, wrap_bits=None, refers_to="last"),
        rates_hz=model.rates_hz + model.sdk_rates_hz,
        default_rate_hz=default_rate_hz,
        acc_range_mps2=polar_driver.ACC_RANGE_G * STANDARD_GRAVITY_MPS2,
        gyr_range_radps=polar_driver.GYR_RANGE_DPS * RADPS_PER_DEGPS if model.has_gyroscope else None,
        has_gyroscope=model.has_gyroscope,
        gyroscope=SecondStream(polar.DATA_UUID, PolarRatesDecoder) if model.has_gyroscope else None,
        make_driver=partial(PolarDriver, model=model),
        make_decoder=PolarDecoder,
        stored_bytes_per_s=1_500,
    )


DEVICES = (
    DeviceKind(
        key=movesense.KEY,
        title="Movesense",
        name_pattern=re.compile(r"Movesense\b.*"),
        service_uuids=(movesense.SERVICE_UUID,),
        shared_service_uuids=movesense.ADVERTISED_UUIDS,
        data_characteristic=movesense.DATA_UUID,
        clock=ClockSpec(tick_hz=1000, wrap_bits=32),
        rates_hz=movesense.RATES_HZ,
        default_rate_hz=104,
        acc_range_mps2=movesense.ACC_RANGE_MPS2,
        gyr_range_radps=movesense.GYR_RANGE_RADPS,
        numbering=Numbered(is_dated),
        make_driver=MovesenseDriver,
        make_decoder=MovesenseDecoder,
        stored_bytes_per_s=4_100,
    ),
    DeviceKind(
        key=open_profile_gatt.KEY,
        title="runtall board",
        name_pattern=re.compile(r"runtall\b.*"),
        service_uuids=(open_profile_gatt.SERVICE_UUID,),
        data_characteristic=open_profile_gatt.DATA_UUID,
        clock=ClockSpec(tick_hz=1_000_000, wrap_bits=32),
        rates_hz=open_profile_driver.RATES_HZ,
        default_rate_hz=104,
        acc_range_mps2=open_profile_driver.ACC_RANGE_G * STANDARD_GRAVITY_MPS2,
        gyr_range_radps=open_profile_driver.GYR_RANGE_DPS * RADPS_PER_DEGPS,
        make_driver=OpenProfileDriver,
        make_decoder=LiveDecoder,
        stored_bytes_per_s=2_300,
    ),
    _polar(
        "polar-h10", "Polar H10 (accelerometer only)", name="H10", model=polar_driver.H10, default_rate_hz=100
    ),
    _polar(
        "polar-sense", "Polar Verity Sense", name="Sense", model=polar_driver.VERITY_SENSE, default_rate_hz=52
    ),
    _polar(
        "polar-oh1", "Polar OH1 (accelerometer only)", name="OH1", model=polar_driver.OH1, default_rate_hz=50
    ),
    DeviceKind(
        key=capture2go.KEY,
        title="Capture2Go",
        name_pattern=re.compile(r"IMU_\w+"),
        service_uuids=(capture2go.SERVICE_UUID,),
        data_characteristic=capture2go.NOTIFY_UUID,
        clock=ClockSpec(tick_hz=NS_PER_S, wrap_bits=None),
        rates_hz=tuple(capture2go.RATE_CODES),
        default_rate_hz=100,
        acc_range_mps2=capture2go.ACC_UNIT_MPS2 * 2**15,
        gyr_range_radps=capture2go.GYR_UNIT_RADPS * 2**15,
        numbering=Unnumbered(capture2go.BYTES_PER_SAMPLE, head_bytes=1),
        make_driver=Capture2GoDriver,
        make_decoder=Capture2GoDecoder,
        stored_bytes_per_s=2_400,
    ),
    DeviceKind(
        key=movella_dot.KEY,
        title="Movella DOT",
        name_pattern=re.compile(r"(Xsens|Movella) D(OT|ot)\b.*"),
        service_uuids=(movella_dot.CONFIGURATION_SERVICE_UUID, movella_dot.MEASUREMENT_SERVICE_UUID),
        data_characteristic=movella_dot.MEDIUM_UUID,
        clock=ClockSpec(tick_hz=1_000_000, wrap_bits=32),
        rates_hz=movella_dot.RATES_HZ,
        default_rate_hz=60,
        acc_range_mps2=movella_dot.ACC_RANGE_MPS2,
        gyr_range_radps=movella_dot.GYR_RANGE_RADPS,
        make_driver=MovellaDotDriver,
        make_decoder=MovellaDotDecoder,
        stored_bytes_per_s=5_000,
    ),
    DeviceKind(
        key=witmotion.KEY,
        title="WitMotion",
        name_pattern=re.compile(r"WT[0-9A-Z].*"),
        service_uuids=(witmotion.SERVICE_UUID,),
        shared_service_uuids=(witmotion.on_sig_base(witmotion.SERVICE_UUID),),
        alternative_uuids={
            own: witmotion.on_sig_base(own) for own in (witmotion.NOTIFY_UUID, witmotion.WRITE_UUID)
        },
        data_characteristic=witmotion.NOTIFY_UUID,
        clock=_COUNTED,
        rates_hz=witmotion_driver.RATES_HZ,
        default_rate_hz=100,
        acc_range_mps2=witmotion.ACC_RANGE_MPS2,
        gyr_range_radps=witmotion.GYR_RANGE_RADPS,
        numbering=Unnumbered(witmotion.FRAME_BYTES),
        make_driver=WitMotionDriver,
        make_decoder=WitMotionDecoder,
        stored_bytes_per_s=4_300,
    ),
    DeviceKind(
        key=openearable.KEY,
        title="OpenEarable 2 (accelerometer clips at 2 g)",
        name_pattern=re.compile(r"OpenEarable-\w+"),
        service_uuids=(openearable.SERVICE_UUID,),
        data_characteristic=openearable.DATA_UUID,
        clock=ClockSpec(tick_hz=1_000_000, wrap_bits=None),
        rates_hz=openearable.RATES_HZ,
        default_rate_hz=100,
        acc_range_mps2=openearable.ACC_RANGE_MPS2,
        gyr_range_radps=openearable.GYR_RANGE_RADPS,
        make_driver=partial(SimpleDriver, conversation=openearable.CONVERSATION),
        make_decoder=openearable.OpenEarableDecoder,
        stored_bytes_per_s=10_200,
    ),
    DeviceKind(
        key=esense.KEY,
        title="eSense (accelerometer clips at 4 g)",
        name_pattern=re.compile(r"eSense-\d+"),
        data_characteristic=esense.DATA_UUID,
        clock=_COUNTED,
        rates_hz=esense.RATES_HZ,
        default_rate_hz=100,
        acc_range_mps2=esense.ACC_RANGE_G * STANDARD_GRAVITY_MPS2,
        gyr_range_radps=esense.GYR_RANGE_DPS * RADPS_PER_DEGPS,
        make_driver=partial(SimpleDriver, conversation=esense.CONVERSATION),
        make_decoder=esense.ESenseDecoder,
        stored_bytes_per_s=7_000,
    ),
    DeviceKind(
        key=thingy52.KEY,
        title="Nordic Thingy:52",
        name_pattern=re.compile(r"Thingy"),
        service_uuids=(thingy52.ADVERTISED_UUID,),
        data_characteristic=thingy52.RAW_UUID,
        clock=_COUNTED,
        rates_hz=thingy52.RATES_HZ,
        default_rate_hz=100,
        acc_range_mps2=thingy52.ACC_RANGE_MPS2,
        gyr_range_radps=thingy52.GYR_RANGE_RADPS,
        numbering=Unnumbered(thingy52.SAMPLE_BYTES),
        make_driver=partial(SimpleDriver, conversation=thingy52.CONVERSATION),
        make_decoder=thingy52.ThingyDecoder,
        stored_bytes_per_s=7_300,
    ),
    DeviceKind(
        key=muse.KEY,
        title="Muse (accelerometer clips at 2 g)",
        name_pattern=re.compile(r"MuseS?-\w+"),
        service_uuids=(muse.ADVERTISED_UUID,),
        data_characteristic=muse.ACC_UUID,
        clock=_COUNTED,
        rates_hz=(muse.RATE_HZ,),
        default_rate_hz=muse.RATE_HZ,
        acc_range_mps2=muse.ACC_RANGE_MPS2,
        gyr_range_radps=muse.GYR_RANGE_RADPS,
        gyroscope=SecondStream(muse.GYR_UUID, muse.MuseRatesDecoder),
        lacking=muse.ATHENA,
        make_driver=partial(SimpleDriver, conversation=muse.CONVERSATION),
        make_decoder=muse.MuseDecoder,
        stored_bytes_per_s=2_600,
    ),
    DeviceKind(
        key=metamotion.KEY,
        title="MbientLab MetaMotion",
        name_pattern=re.compile(r"MetaWear|MetaMotion.*"),
        service_uuids=(metamotion.SERVICE_UUID,),
        data_characteristic=metamotion.NOTIFY_UUID,
        clock=_COUNTED,
        rates_hz=metamotion_driver.RATES_HZ,
        default_rate_hz=100,
        acc_range_mps2=metamotion_driver.ACC_RANGE_G * STANDARD_GRAVITY_MPS2,
        gyr_range_radps=metamotion_driver.GYR_RANGE_DPS * RADPS_PER_DEGPS,
        gyroscope=SecondStream(metamotion.NOTIFY_UUID, MetaMotionRatesDecoder),
        numbering=Unnumbered(metamotion.VECTOR_BYTES, head_bytes=metamotion.HEAD_BYTES, is_told_by_head=True),
        make_driver=MetaMotionDriver,
        make_decoder=MetaMotionDecoder,
        stored_bytes_per_s=4_900,
    ),
    DeviceKind(
        key=adafruit.KEY,
        title="Adafruit CLUE and Feather Sense",
        name_pattern=re.compile(r"(CLUE|Adafruit|CIRCUITPY|Feather|Bluefruit).*"),
        service_uuids=(adafruit.ACC_SERVICE_UUID,),
        data_characteristic=adafruit.ACC_UUID,
        clock=_COUNTED,
        rates_hz=adafruit.RATES_HZ,
        default_rate_hz=50,
        acc_range_mps2=None,
        gyr_range_radps=None,
        gyroscope=SecondStream(adafruit.GYR_UUID, adafruit.AdafruitRatesDecoder),
        numbering=Unnumbered(adafruit.SAMPLE_BYTES),
        make_driver=partial(SimpleDriver, conversation=adafruit.CONVERSATION),
        make_decoder=adafruit.AdafruitDecoder,
        stored_bytes_per_s=6_700,
    ),
    DeviceKind(
        key=open_profile.IMPORT_KEY,
        title="imported file",
        name_pattern=None,
        service_uuids=(),
        data_characteristic="",
        clock=ClockSpec(tick_hz=1_000_000, wrap_bits=None, is_session_time=True),
        rates_hz=(),
        default_rate_hz=None,
        acc_range_mps2=None,
        gyr_range_radps=None,
        make_driver=None,
        make_decoder=ImportDecoder,
    ),
)
"""Every supported kind of sensor, the ones with a radio first."""


def device(key: str) -> DeviceKind:
    """Return the row of a key.

    Raises
    ------
    UnknownSensorError
        When there is none; the message lists those there are.
    """
    for kind in DEVICES:
        if kind.key == key:
            return kind
    known = ", ".join(kind.key for kind in DEVICES)
    raise UnknownSensorError(f"unknown kind of sensor {key!r}: this version knows {known}")


def identify(name: str | None, service_uuids: Iterable[str] = ()) -> DeviceKind | None:
    """Tell from an advertisement what kind of sensor it is, or None.

    Parameters
    ----------
    name
        Advertised name. Where no kind calls itself so, a service that is one kind's own decides, for runners
        may rename their sensors; services that makers share decide only where there is no name at all.
    service_uuids
        Advertised services, 128-bit.
    """
    with_radio = [kind for kind in DEVICES if kind.name_pattern is not None]
    named = (kind for kind in with_radio if name and kind.name_pattern and kind.name_pattern.fullmatch(name))
    if (by_name := next(named, None)) is not None:
        return by_name
    offered = {uuid.lower() for uuid in service_uuids}
    owners = (kind for kind in with_radio if offered.intersection(kind.service_uuids))
    if name:
        return next(owners, None)
    sharers = (kind for kind in with_radio if offered.intersection(kind.shared_service_uuids))
    return next(owners, None) or next(sharers, None)


def who_lacks(said: str) -> DeviceKind | None:
    """Return the kind whose samples come through a characteristic that a text names, None if no kind's do."""
    text = said.lower()
    own = ((kind, kind.data_characteristic) for kind in DEVICES)
    second = ((kind, kind.gyroscope.characteristic) for kind in DEVICES if kind.gyroscope is not None)
    return next((kind for kind, uuid in chain(own, second) if uuid and uuid in text), None)


def alternative(uuid: str) -> str | None:
    """Return the characteristic that some firmware has in another's stead, None where none does."""
    found = (kind.alternative_uuids[uuid] for kind in DEVICES if uuid in kind.alternative_uuids)
    return next(found, None)
