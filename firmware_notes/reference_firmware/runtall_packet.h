// Packets of the runtall profile: bytes only, no board, no radio, no Arduino. C++11.
//
// The byte tables are in ../open-profile.md. Everything is little-endian, written byte by byte so that the
// compiler's layout of structures plays no part.
#ifndef RUNTALL_PACKET_H
#define RUNTALL_PACKET_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace runtall {

constexpr uint8_t kVersion = 1;
constexpr uint8_t kAccClipped = 1u << 4;
constexpr uint8_t kGyrClipped = 1u << 5;
constexpr uint8_t kSamplesDropped = 1u << 6;
constexpr uint8_t kClockDiscontinuous = 1u << 7;

constexpr size_t kHeaderBytes = 12;
constexpr size_t kRowBytes = 12;
constexpr size_t kMaxSamples = 19;  // what fits into an MTU of 247
constexpr size_t kMaxPacketBytes = kHeaderBytes + kMaxSamples * kRowBytes;
constexpr uint16_t kLeastMtu = 36;
constexpr uint32_t kClockHz = 1000000;

enum Operation : uint8_t { kStart = 1, kStop = 2, kIdentify = 3 };
enum Status : uint8_t {
  kDone = 0,
  kUnknownRequest = 1,
  kWrongLength = 2,
  kNoSuchRate = 3,
  kNoSuchRange = 4,
  kMtuTooSmall = 5,
  kWrongState = 6
};

struct Row {
  int16_t acc[3];
  int16_t gyr[3];
};

inline uint8_t *put_u8(uint8_t *at, uint8_t value) {
  *at = value;
  return at + 1;
}

inline uint8_t *put_u16(uint8_t *at, uint16_t value) {
  return put_u8(put_u8(at, static_cast<uint8_t>(value)), static_cast<uint8_t>(value >> 8));
}

inline uint8_t *put_u32(uint8_t *at, uint32_t value) {
  return put_u16(put_u16(at, static_cast<uint16_t>(value)), static_cast<uint16_t>(value >> 16));
}

inline uint8_t *put_u64(uint8_t *at, uint64_t value) {
  return put_u32(put_u32(at, static_cast<uint32_t>(value)), static_cast<uint32_t>(value >> 32));
}

inline uint16_t get_u16(const uint8_t *at) {
  return static_cast<uint16_t>(at[0] | (static_cast<uint16_t>(at[1]) << 8));
}

inline uint32_t get_u32(const uint8_t *at) {
  return get_u16(at) | (static_cast<uint32_t>(get_u16(at + 2)) << 16);
}

// Converts a chip's counts to shares of the profile's full scale. A chip's own full scale is often wider
// than its name: at "2000 deg/s" an LSM6DS3TR-C reads 70 mdeg/s per count, so 32767 counts are 2294 deg/s.
// per_count and full_scale are in the same unit, for example 70000 and 2000000000 micro-deg/s.
inline int16_t rescale(int16_t counts, uint32_t per_count, uint64_t full_scale) {
  const int64_t scaled = static_cast<int64_t>(counts) * per_count * 32768;
  const int64_t half = static_cast<int64_t>(full_scale / 2);
  const int64_t rounded = (scaled + (scaled < 0 ? -half : half)) / static_cast<int64_t>(full_scale);
  if (rounded > 32767) return 32767;
  if (rounded < -32768) return -32768;
  return static_cast<int16_t>(rounded);
}

// 0.1 % below the full scale already counts as clipped, as it does on the receiving side.
inline bool is_clipped(const int16_t *vector) {
  for (int i = 0; i < 3; ++i) {
    if (vector[i] >= 32736 || vector[i] <= -32736) return true;
  }
  return false;
}

// Writes data packets and numbers them.
class PacketWriter {
 public:
  void restart() {
    sequence_ = 0;
    flags_ = 0;
  }

  // Call when samples were lost before the next packet, in the chip's FIFO or in the radio's queue.
  void note_dropped() { flags_ |= kSamplesDropped; }

  // Call when the time of the next packet does not follow from the one before.
  void note_discontinuity() { flags_ |= kClockDiscontinuous; }

  // Writes one packet of 1 to kMaxSamples rows and returns its size. index counts all samples the chip took,
  // dropped ones too; time_us is the time of the first row.
  size_t write(uint8_t *out, const Row *rows, uint8_t n, uint32_t index, uint32_t time_us) {
    uint8_t flags = static_cast<uint8_t>(kVersion | flags_);
    for (uint8_t i = 0; i < n; ++i) {
      if (is_clipped(rows[i].acc)) flags |= kAccClipped;
      if (is_clipped(rows[i].gyr)) flags |= kGyrClipped;
    }
    uint8_t *at = put_u8(out, flags);
    at = put_u8(at, n);
    at = put_u16(at, sequence_);
    at = put_u32(at, index);
    at = put_u32(at, time_us);
    for (uint8_t i = 0; i < n; ++i) {
      for (int axis = 0; axis < 3; ++axis) at = put_u16(at, static_cast<uint16_t>(rows[i].acc[axis]));
      for (int axis = 0; axis < 3; ++axis) at = put_u16(at, static_cast<uint16_t>(rows[i].gyr[axis]));
    }
    ++sequence_;
    flags_ = 0;
    return static_cast<size_t>(at - out);
  }

 private:
  uint16_t sequence_ = 0;
  uint8_t flags_ = 0;
};

// Packets waiting for the radio. When it is full, new packets are refused whole: what waits is older and
// already follows on from what was sent.
template <size_t kPackets>
class PacketQueue {
 public:
  bool push(const uint8_t *packet, size_t size) {
    if (count_ == kPackets || size > kMaxPacketBytes) return false;
    Slot &slot = slots_[(first_ + count_) % kPackets];
    memcpy(slot.bytes, packet, size);
    slot.size = static_cast<uint8_t>(size);
    ++count_;
    return true;
  }
  const uint8_t *front() const { return slots_[first_].bytes; }
  size_t front_size() const { return slots_[first_].size; }
  void pop() {
    first_ = (first_ + 1) % kPackets;
    --count_;
  }
  void clear() { first_ = count_ = 0; }
  size_t size() const { return count_; }

 private:
  struct Slot {
    uint8_t size;
    uint8_t bytes[kMaxPacketBytes];
  };
  Slot slots_[kPackets];
  size_t first_ = 0;
  size_t count_ = 0;
};

// Index and time of samples from the moments of the watermark interrupts. The chip's oscillator is a few per
// cent off its nominal rate, so the period is measured.
class SampleClock {
 public:
  void restart(uint32_t nominal_period_ns) {
    period_ns_ = nominal_ns_ = nominal_period_ns;
    index_ = 0;
    has_last_ = false;
  }

  // n rows were complete at interrupt_us. Afterwards index() and time_us() belong to the first of them.
  void batch(uint8_t n, uint32_t interrupt_us) {
    if (has_last_) {
      const uint32_t measured_ns = (interrupt_us - last_us_) * 1000u / n;
      const bool is_usual = measured_ns > nominal_ns_ - nominal_ns_ / 8 && measured_ns < nominal_ns_ + nominal_ns_ / 8;
      // Smoothed: an interrupt can be served a little late, the oscillator does not jump.
      if (is_usual) period_ns_ = period_ns_ - period_ns_ / 16 + measured_ns / 16;
    }
    last_us_ = interrupt_us;
    has_last_ = true;
    first_index_ = index_;
    time_us_ = interrupt_us - static_cast<uint32_t>(static_cast<uint64_t>(n - 1) * period_ns_ / 1000u);
    index_ += n;
  }

  // The FIFO overflowed and was emptied; by_us is when sampling went on. Returns how many samples that were.
  uint32_t overflow(uint32_t by_us) {
    if (!has_last_) return 0;
    const uint32_t missing = static_cast<uint32_t>(static_cast<uint64_t>(by_us - last_us_) * 1000u / period_ns_);
    index_ += missing;
    has_last_ = false;
    return missing;
  }

  uint32_t index() const { return first_index_; }
  uint32_t time_us() const { return time_us_; }

 private:
  uint32_t nominal_ns_ = 9615385;
  uint32_t period_ns_ = 9615385;
  uint32_t index_ = 0;
  uint32_t first_index_ = 0;
  uint32_t time_us_ = 0;
  uint32_t last_us_ = 0;
  bool has_last_ = false;
};

struct StartRequest {
  uint32_t rate_mhz;
  uint8_t acc_range_g;
  uint16_t gyr_range_dps;
  uint8_t samples;
};

// Understands a start request; the answer's status. On success samples is what fits the connection.
inline Status parse_start(const uint8_t *data, size_t size, uint16_t mtu, StartRequest *request) {
  if (size != 9) return kWrongLength;
  if (mtu < kLeastMtu) return kMtuTooSmall;
  request->rate_mhz = get_u32(data + 1);
  request->acc_range_g = data[5];
  request->gyr_range_dps = get_u16(data + 6);
  const size_t fitting = (mtu - 3u - kHeaderBytes) / kRowBytes;
  const size_t most = fitting < kMaxSamples ? fitting : kMaxSamples;
  request->samples = data[8] < 1 ? 1 : data[8] > most ? static_cast<uint8_t>(most) : data[8];
  return kDone;
}

inline size_t write_info(uint8_t *out, uint8_t sensor_kind, const StartRequest &in_force, const char *firmware) {
  uint8_t *at = put_u8(out, 1);
  at = put_u8(at, sensor_kind);
  at = put_u8(at, in_force.acc_range_g);
  at = put_u8(at, 0);
  at = put_u16(at, in_force.gyr_range_dps);
  at = put_u32(at, in_force.rate_mhz);
  at = put_u32(at, kClockHz);
  at = put_u16(at, 0);
  const size_t text = strlen(firmware);
  memcpy(at, firmware, text);
  return static_cast<size_t>(at - out) + text;
}

inline size_t write_status(uint8_t *out, uint64_t time_us, uint32_t produced, uint32_t dropped, uint8_t queued,
                           int16_t temperature_cdeg, uint16_t battery_mv) {
  uint8_t *at = put_u64(out, time_us);
  at = put_u32(at, produced);
  at = put_u32(at, dropped);
  at = put_u8(at, queued);
  at = put_u16(at, static_cast<uint16_t>(temperature_cdeg));
  at = put_u16(at, battery_mv);
  return static_cast<size_t>(at - out);
}

// Answers a clock question of 10 bytes; 0 when it is none.
inline size_t write_sync(uint8_t *out, const uint8_t *question, size_t size, uint64_t received_us, uint64_t sent_us) {
  if (size != 10) return 0;
  memcpy(out, question, size);
  return static_cast<size_t>(put_u64(put_u64(out + size, received_us), sent_us) - out);
}

}  // namespace runtall

#endif  // RUNTALL_PACKET_H
