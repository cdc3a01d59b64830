"""The reference firmware's packet code, compiled for this computer, against our side of the profile."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from sensor.protocol.open_profile import control as gatt
from sensor.protocol.open_profile.decoder import LiveDecoder
from sensor.protocol.open_profile.driver import OpenProfileDriver

FIRMWARE = Path(__file__).resolve().parents[4] / "firmware_notes" / "reference_firmware"
COUNT_MPS2 = 16 * 9.80665 / 32768
COUNT_RADPS = np.radians(2000) / 32768

HARNESS = r"""
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>
#include "runtall_packet.h"
using namespace runtall;

static void print(const uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) printf("%02x", bytes[i]);
  printf("\n");
}

int main() {
  PacketWriter writer;
  PacketQueue<4> queue;
  SampleClock samples;
  char word[16];
  uint8_t out[300];
  while (scanf("%15s", word) == 1) {
    const std::string what(word);
    unsigned long long a = 0, b = 0, c = 0;
    if (what == "packet") {
      scanf("%llu %llu %llu", &a, &b, &c);
      std::vector<Row> rows(c);
      for (Row &row : rows)
        for (int i = 0; i < 6; ++i) {
          int value = 0;
          scanf("%d", &value);
          (i < 3 ? row.acc[i] : row.gyr[i - 3]) = static_cast<int16_t>(value);
        }
      print(out, writer.write(out, rows.data(), static_cast<uint8_t>(c), static_cast<uint32_t>(a),
                              static_cast<uint32_t>(b)));
    } else if (what == "dropped") {
      writer.note_dropped();
    } else if (what == "jump") {
      writer.note_discontinuity();
    } else if (what == "push") {
      scanf("%llu", &a);
      memset(out, static_cast<int>(a), 20);
      printf("%d\n", queue.push(out, 20) ? 1 : 0);
    } else if (what == "pop") {
      print(queue.front(), queue.front_size());
      queue.pop();
    } else if (what == "rescale") {
      int counts = 0;
      scanf("%d %llu %llu", &counts, &a, &b);
      printf("%d\n", rescale(static_cast<int16_t>(counts), static_cast<uint32_t>(a), b));
    } else if (what == "clock") {
      scanf("%llu", &a);
      samples.restart(static_cast<uint32_t>(a));
    } else if (what == "batch") {
      scanf("%llu %llu", &a, &b);
      samples.batch(static_cast<uint8_t>(a), static_cast<uint32_t>(b));
      printf("%u %u\n", static_cast<unsigned>(samples.index()), static_cast<unsigned>(samples.time_us()));
    } else if (what == "overflow") {
      scanf("%llu", &a);
      printf("%u\n", static_cast<unsigned>(samples.overflow(static_cast<uint32_t>(a))));
    } else if (what == "start") {
      scanf("%llu %llu", &a, &b);  // MTU, bytes; then the bytes
      std::vector<uint8_t> data(b);
      for (uint8_t &byte : data) {
        unsigned value = 0;
        scanf("%u", &value);
        byte = static_cast<uint8_t>(value);
      }
      StartRequest request = {0, 0, 0, 0};
      const Status status = parse_start(data.data(), data.size(), static_cast<uint16_t>(a), &request);
      printf("%d %u %u %u %u\n", status, static_cast<unsigned>(request.rate_mhz), request.acc_range_g,
             request.gyr_range_dps, request.samples);
    } else if (what == "info") {
      const StartRequest request = {104000, 16, 2000, 8};
      print(out, write_info(out, 1, request, "reference"));
    } else if (what == "status") {
      print(out, write_status(out, 1ull << 40, 1000, 8, 3, -150, 3700));
    } else if (what == "sync") {
      const uint8_t question[] = {7, 0, 1, 2, 3, 4, 5, 6, 7, 8};
      print(out, write_sync(out, question, sizeof(question), 1000, 2000));
    }
  }
  return 0;
}
"""


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """Run lines of requests through the firmware's packet code; return its lines of answers."""
    compiler = os.environ.get("CXX") or next(filter(shutil.which, ("c++", "g++", "clang++")), None)
    if compiler is None:
        pytest.skip("no C++ compiler found: the reference firmware's packet code was not run")
    folder = tmp_path_factory.mktemp("firmware")
    (folder / "harness.cpp").write_text(HARNESS)
    program = folder / "harness"
    flags = ["-std=c++11", "-Wall", "-Wextra", "-Wno-unused-result", "-Werror", "-O1", f"-I{FIRMWARE}"]
    subprocess.run([compiler, *flags, "harness.cpp", "-o", str(program)], cwd=folder, check=True)

    def run(*requests: str) -> list[str]:
        text = "\n".join(requests)
        done = subprocess.run([program], input=text, capture_output=True, text=True, check=True, timeout=20)
        return done.stdout.splitlines()

    return run


def request_packet(index: int, time_us: int, rows: np.ndarray) -> str:
    return f"packet {index} {time_us} {len(rows)} " + " ".join(map(str, rows.ravel().tolist()))


def test_packets_of_the_board_are_decoded_to_the_samples_it_took(board):
    counts = np.random.default_rng(5).integers(-32000, 32000, (3, 8, 6))
    lines = board(*(request_packet(8 * i, 2**32 - 76_923 + 76_923 * i, counts[i]) for i in range(2)))
    decoder = LiveDecoder(OpenProfileDriver(104).settings)
    block = decoder.feed([bytes.fromhex(line) for line in lines])
    assert decoder.rejected == 0
    assert (block.ticks.tolist(), block.sequence.tolist()) == ([2**32 - 76_923, 0], [0, 8])
    assert block.acc_sensor_mps2 == pytest.approx(counts[:2, :, :3].reshape(-1, 3) * COUNT_MPS2)
    assert block.gyr_sensor_radps == pytest.approx(counts[:2, :, 3:].reshape(-1, 3) * COUNT_RADPS)
    assert not block.clipped.any()


@pytest.mark.parametrize("n", [1, 8, 19])
def test_packets_of_every_size_are_understood(board, n):
    (line,) = board(request_packet(7, 1234, np.ones((n, 6), int)))
    assert LiveDecoder(OpenProfileDriver(104).settings).feed([bytes.fromhex(line)]).count.tolist() == [n]


def test_flags_go_with_the_packet_they_belong_to_and_no_other(board):
    quiet = np.zeros((1, 6), int)
    clipped = quiet.copy()
    clipped[0, 2], clipped[0, 4] = -32768, 32767
    first, second, third = (request_packet(i, i, rows) for i, rows in enumerate((clipped, quiet, quiet)))
    lines = board(first, "dropped", "jump", second, third)
    assert [line[:2] for line in lines] == ["31", "c1", "01"]
    assert [line[4:8] for line in lines] == ["0000", "0100", "0200"]


def test_a_full_queue_refuses_the_newest_and_gives_back_the_oldest(board):
    answers = board(*(f"push {i}" for i in range(1, 6)), "pop", "push 6", "pop", "pop", "pop", "pop")
    assert answers[:5] == ["1", "1", "1", "1", "0"]
    assert [answers[5], *answers[7:]] == [f"{i:02x}" * 20 for i in (1, 2, 3, 4, 6)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [(0, 0), (1, 1), (14286, 16384), (-14286, -16384), (32767, 32767), (-32768, -32768), (28571, 32767)],
)
def test_the_chips_counts_become_shares_of_the_full_scale(board, counts, expected):
    # 70 mdeg/s per count: 14286 counts are 1000.02 deg/s, half of 2000.
    (found,) = board(f"rescale {counts} 70000 2000000000")
    assert int(found) == pytest.approx(expected, abs=1)


def test_the_first_samples_time_is_found_back_from_the_interrupt(board):
    lines = board("clock 9615385", "batch 8 1000000", "batch 8 1076923", "batch 8 1153846")
    index, time_us = np.array([line.split() for line in lines], int).T
    assert index.tolist() == [0, 8, 16]
    assert time_us == pytest.approx([1_000_000 - 67_308, 1_076_923 - 67_308, 1_153_846 - 67_308], abs=3)


def test_an_oscillator_off_its_nominal_rate_is_followed(board):
    period_us = 9_800  # 1.9 % slow
    lines = board("clock 9615385", *(f"batch 8 {8 * period_us * i}" for i in range(1, 200)))
    last_us = int(lines[-1].split()[1])
    assert last_us == pytest.approx(8 * period_us * 199 - 7 * period_us, abs=20)


def test_samples_lost_in_the_chip_are_counted(board):
    lines = board("clock 10000000", "batch 8 1000000", "overflow 1500000", "batch 8 1580000")
    assert (lines[1], lines[2].split()[0]) == ("50", "58")


def test_a_start_request_of_the_driver_is_understood(board):
    (write,) = OpenProfileDriver(104).start(0)
    data = " ".join(map(str, write.data))
    assert board(f"start 247 9 {data}") == ["0 104000 16 2000 8"]
    assert board(f"start 60 9 {data}") == ["0 104000 16 2000 3"]
    assert board(f"start 23 9 {data}")[0].startswith("5 ")
    assert board(f"start 247 8 {data}")[0].startswith("2 ")


def test_what_the_board_says_of_itself_is_understood(board):
    info, status, sync = (bytes.fromhex(line) for line in board("info", "status", "sync"))
    assert gatt.parse_info(info) == gatt.BoardInfo(1, 16, 2000, 104_000, 1_000_000, 0, "reference")
    assert gatt.parse_status(status) == gatt.BoardStatus(2**40, 1000, 8, 3, -150, 3700)
    assert gatt.parse_sync_echo(sync) == gatt.SyncEcho(7, 0, 0x0807060504030201, 1000, 2000)
