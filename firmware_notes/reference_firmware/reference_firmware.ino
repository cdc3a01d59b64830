// Reference firmware of the runtall profile for the Seeed XIAO nRF52840 Sense.
//
// Arduino IDE: boards manager "Seeed nRF52 Boards" (Bluefruit), board "Seeed XIAO nRF52840 Sense". No further
// libraries. What the bytes mean is in ../open-profile.md.
#include <bluefruit.h>

#include "lsm6ds3.h"
#include "runtall_packet.h"

static const char kFirmware[] = "runtall reference 1";
static const uint16_t kMtu = 247;
static const uint8_t kIntervalMin = 12, kIntervalMax = 24;  // units of 1.25 ms: 15 to 30 ms
static const size_t kQueuePackets = 64;                     // 4.9 s of packets of 8 at 104 Hz

// 128-bit UUIDs of the profile, last byte first.
#define RUNTALL_UUID(n) \
  {0x50, 0x47, 0xC6, 0x56, 0x0A, 0x13, 0xA4, 0x82, 0x80, 0x4D, 0xF5, 0xF0, (n), 0x00, 0x58, 0x95}
static const uint8_t kServiceUuid[] = RUNTALL_UUID(1), kInfoUuid[] = RUNTALL_UUID(2), kControlUuid[] = RUNTALL_UUID(3),
                     kDataUuid[] = RUNTALL_UUID(4), kSyncUuid[] = RUNTALL_UUID(5), kStatusUuid[] = RUNTALL_UUID(6);

static BLEService service(kServiceUuid);
static BLECharacteristic info_char(kInfoUuid), control_char(kControlUuid), data_char(kDataUuid), sync_char(kSyncUuid),
    status_char(kStatusUuid);
static BLEDis device_information;
static BLEBas battery;

static Lsm6ds3 imu;
static runtall::PacketWriter writer;
static runtall::PacketQueue<kQueuePackets> queue;
static runtall::SampleClock sample_clock;
static runtall::StartRequest in_force = {104000, 16, 2000, 8};
static volatile bool is_streaming = false;
static volatile bool watermark = false;
static volatile uint32_t watermark_us = 0;
static uint32_t produced = 0, dropped = 0;

// The radio's callbacks run in another task than loop(); requests are carried over and answered there.
static volatile uint8_t request_size = 0;
static uint8_t request_bytes[20];

// micros() wraps after 71.6 min; this goes on. Called at least once a second.
static uint64_t micros64() {
  static uint32_t last = 0, wraps = 0;
  const uint32_t now = micros();
  if (now < last) ++wraps;
  last = now;
  return static_cast<uint64_t>(wraps) << 32 | now;
}

static void on_watermark() {
  watermark_us = micros();
  watermark = true;
}

static void publish_info() {
  uint8_t bytes[64];
  info_char.write(bytes, runtall::write_info(bytes, Lsm6ds3::kKind, in_force, kFirmware));
}

static void stop_stream() {
  is_streaming = false;
  watermark = false;
  imu.stop();
  queue.clear();
}

static runtall::Status start_stream(const uint8_t *data, size_t size) {
  BLEConnection *connection = Bluefruit.Connection(0);
  if (connection == nullptr) return runtall::kWrongState;
  runtall::StartRequest request;
  runtall::Status status = runtall::parse_start(data, size, connection->getMtu(), &request);
  if (status != runtall::kDone) return status;
  stop_stream();
  writer.restart();
  sample_clock.restart(static_cast<uint32_t>(1000000000000ull / request.rate_mhz));
  produced = dropped = 0;
  status = imu.start(request);
  if (status == runtall::kDone) {
    in_force = request;
    is_streaming = true;
    publish_info();
  }
  return status;
}

static void on_control(uint16_t, BLECharacteristic *, uint8_t *data, uint16_t size) {
  if (size < 1 || size > sizeof(request_bytes) || request_size != 0) return;
  memcpy(request_bytes, data, size);
  request_size = static_cast<uint8_t>(size);
}

static void on_sync(uint16_t, BLECharacteristic *, uint8_t *data, uint16_t size) {
  const uint64_t received_us = micros64();
  uint8_t answer[26];
  const size_t bytes = runtall::write_sync(answer, data, size, received_us, micros64());
  if (bytes != 0) sync_char.notify(answer, static_cast<uint16_t>(bytes));
}

static void answer_request() {
  if (request_size == 0) return;
  const uint8_t operation = request_bytes[0];
  runtall::Status status = runtall::kDone;
  switch (operation) {
    case runtall::kStart:
      status = start_stream(request_bytes, request_size);
      break;
    case runtall::kStop:
      stop_stream();
      break;
    case runtall::kIdentify:
      digitalToggle(LED_BLUE);
      break;
    default:
      status = runtall::kUnknownRequest;
  }
  const uint8_t answer[] = {operation, status};
  request_size = 0;
  control_char.indicate(answer, sizeof(answer));
}

// Moves whole packets from the chip's FIFO to the queue. Index and time belong to the interrupt, not to now.
static void collect() {
  if (!watermark) return;
  watermark = false;
  uint32_t complete_us = watermark_us;
  int waiting = imu.waiting();
  if (waiting < 0) {
    imu.start(in_force);
    const uint32_t missing = sample_clock.overflow(micros());
    produced += missing;
    dropped += missing;
    writer.note_dropped();
    writer.note_discontinuity();
    return;
  }
  const uint8_t n = in_force.samples;
  const uint32_t batch_us = static_cast<uint32_t>(1000000000ull * n / in_force.rate_mhz);
  runtall::Row rows[runtall::kMaxSamples];
  uint8_t packet[runtall::kMaxPacketBytes];
  // More than one batch waits when loop() was held up: the pin then stays high and no interrupt follows.
  for (; waiting >= n; waiting -= n, complete_us += batch_us) {
    imu.read_rows(rows, n);
    sample_clock.batch(n, complete_us);
    produced += n;
    const size_t size = writer.write(packet, rows, n, sample_clock.index(), sample_clock.time_us());
    if (!queue.push(packet, size)) {
      dropped += n;
      writer.note_dropped();
    }
  }
  if (digitalRead(PIN_LSM6DS3TR_C_INT1) == HIGH) on_watermark();
}

static void send() {
  while (queue.size() > 0 && data_char.notifyEnabled()) {
    if (!data_char.notify(queue.front(), static_cast<uint16_t>(queue.front_size()))) return;
    queue.pop();
  }
}

static uint16_t battery_mv() {
  digitalWrite(VBAT_ENABLE, LOW);
  const uint32_t reading = analogRead(PIN_VBAT);  // 12 bits of 3.0 V behind a divider of 1510 to 510
  digitalWrite(VBAT_ENABLE, HIGH);
  return static_cast<uint16_t>(reading * 3000ull * 1510 / 510 / 4096);
}

static void report() {
  static uint32_t last_ms = 0;
  if (millis() - last_ms < 1000) return;
  last_ms = millis();
  const uint16_t mv = battery_mv();
  uint8_t bytes[21];
  const size_t size = runtall::write_status(bytes, micros64(), produced, dropped, static_cast<uint8_t>(queue.size()),
                                            imu.temperature_cdeg(), mv);
  status_char.write(bytes, size);
  if (status_char.notifyEnabled()) status_char.notify(bytes, static_cast<uint16_t>(size));
  const int percent = (static_cast<int>(mv) - 3400) / 8;  // about straight between 3.4 and 4.2 V
  battery.write(static_cast<uint8_t>(percent < 0 ? 0 : percent > 100 ? 100 : percent));
}

static void on_connect(uint16_t handle) {
  BLEConnection *connection = Bluefruit.Connection(handle);
  connection->requestPHY();
  connection->requestDataLengthUpdate();
  connection->requestMtuExchange(kMtu);
}

static void on_disconnect(uint16_t, uint8_t) {
  // loop() owns the chip: leave it a request to stop.
  request_bytes[0] = runtall::kStop;
  request_size = 1;
}

static void add_characteristic(BLECharacteristic &characteristic, uint16_t properties, uint16_t most_bytes) {
  characteristic.setProperties(properties);
  characteristic.setPermission(SECMODE_OPEN, (properties & (CHR_PROPS_WRITE | CHR_PROPS_WRITE_WO_RESP)) ? SECMODE_OPEN
                                                                                                       : SECMODE_NO_ACCESS);
  characteristic.setMaxLen(most_bytes);
  characteristic.begin();
}

static void advertise() {
  Bluefruit.Advertising.addFlags(BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE);
  Bluefruit.Advertising.addService(service);
  Bluefruit.ScanResponse.addName();
  Bluefruit.Advertising.restartOnDisconnect(true);
  Bluefruit.Advertising.setInterval(160, 800);  // units of 0.625 ms: 100 ms, later 500 ms
  Bluefruit.Advertising.setFastTimeout(60);
  Bluefruit.Advertising.start(0);
}

void setup() {
  pinMode(LED_BLUE, OUTPUT);
  pinMode(VBAT_ENABLE, OUTPUT);
  digitalWrite(VBAT_ENABLE, HIGH);
  analogReference(AR_INTERNAL_3_0);
  analogReadResolution(12);
  while (!imu.begin()) {
    digitalToggle(LED_RED);
    delay(500);
  }
  pinMode(PIN_LSM6DS3TR_C_INT1, INPUT);
  attachInterrupt(digitalPinToInterrupt(PIN_LSM6DS3TR_C_INT1), on_watermark, RISING);

  Bluefruit.configPrphConn(kMtu, 6, 8, 3);  // MTU, event length, notifications under way, writes under way
  Bluefruit.begin();
  char name[16];
  snprintf(name, sizeof(name), "runtall %04X", static_cast<unsigned>(NRF_FICR->DEVICEID[0] & 0xFFFF));
  Bluefruit.setName(name);
  Bluefruit.Periph.setConnInterval(kIntervalMin, kIntervalMax);
  Bluefruit.Periph.setConnectCallback(on_connect);
  Bluefruit.Periph.setDisconnectCallback(on_disconnect);
  device_information.setManufacturer("runtall");
  device_information.setModel("XIAO nRF52840 Sense");
  device_information.setFirmwareRev(kFirmware);
  device_information.begin();
  battery.begin();

  service.begin();
  add_characteristic(info_char, CHR_PROPS_READ, 64);
  control_char.setWriteCallback(on_control);
  add_characteristic(control_char, CHR_PROPS_WRITE | CHR_PROPS_INDICATE, 20);
  add_characteristic(data_char, CHR_PROPS_NOTIFY, runtall::kMaxPacketBytes);
  sync_char.setWriteCallback(on_sync);
  add_characteristic(sync_char, CHR_PROPS_WRITE_WO_RESP | CHR_PROPS_NOTIFY, 26);
  add_characteristic(status_char, CHR_PROPS_READ | CHR_PROPS_NOTIFY, 21);
  publish_info();
  advertise();
}

void loop() {
  answer_request();
  if (is_streaming) {
    collect();
    send();
  }
  report();
  delay(1);
}
